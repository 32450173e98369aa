package io.fastweights.kernels;

import io.fastweights.kernels.engine.Engine;

/**
 * An engine, and how it came to be the one.
 *
 * @param engine serves
 * @param fallback true if it stands in for a faster one that failed
 */
public record EngineChoice(Engine engine, boolean fallback) {}
