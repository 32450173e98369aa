/** A memory in managed keyed state: base, log and serializers. */
package io.fastweights.state;
