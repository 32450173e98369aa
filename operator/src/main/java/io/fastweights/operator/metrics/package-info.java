/** The operators' metrics: names, descriptions, registration. */
package io.fastweights.operator.metrics;
