/** Items of an open set: their embeddings, scores, and the candidates of an answer. */
package io.fastweights.kernels.schema.items;
