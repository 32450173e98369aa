/** Training of slow weights by back-propagation through the memories. */
package io.fastweights.kernels.train;
