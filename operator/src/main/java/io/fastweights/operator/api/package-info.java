/** Types that a user's code names: results, the event reader, options and model updates. */
package io.fastweights.operator.api;
