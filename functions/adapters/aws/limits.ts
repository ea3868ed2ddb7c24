/** Without its own limits the SDK would wait for a dead connection until the invocation ends. */
export const CLIENT_LIMITS = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 5000 },
} as const;
