/** Models, their configuration and weights, and the shape of a memory and its log. */
package io.fastweights.kernels.model;
