/** Models, their configuration, weights files, and the shape of a memory and its log. */
package io.fastweights.kernels.model;
