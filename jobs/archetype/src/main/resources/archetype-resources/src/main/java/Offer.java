package ${package};

/**
 * An offer that a user was shown.
 *
 * @param time in milliseconds since 1970-01-01 UTC
 * @param clicked null while it is not known
 */
public record Offer(String id, String user, String category, long time, Boolean clicked) {}
