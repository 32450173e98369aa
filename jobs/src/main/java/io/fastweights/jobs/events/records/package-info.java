/** Records of a file, whatever its format, and the kinds and compressions of files. */
package io.fastweights.jobs.events.records;
