/** CSV and JSON: characters of a file, their division into records, and the cells of a record. */
package io.fastweights.jobs.events.text;
