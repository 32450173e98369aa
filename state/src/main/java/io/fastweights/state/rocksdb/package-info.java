/** Settings of RocksDB that suit memories. */
package io.fastweights.state.rocksdb;
