/** Events of files: their columns, times and order, and what becomes of those that are refused. */
package io.fastweights.jobs.events;
