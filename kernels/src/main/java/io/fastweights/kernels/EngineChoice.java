package io.fastweights.kernels;

import io.fastweights.kernels.engine.Engine;

/**
 * The chosen engine, and if it is a fallback.
 *
 * @param engine the engine in use
 * @param fallback true if it stands in for a faster one that failed
 */
public record EngineChoice(Engine engine, boolean fallback) {}
