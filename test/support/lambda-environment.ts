import { vi } from 'vitest';

/**
 * Sets the environment that Lambda and the construct give a function, until `vi.unstubAllEnvs`.
 *
 * @param own the variables that not every function has
 */
export function stubEnvironment(name: string, own: Readonly<Record<string, string>>): void {
  const environment = {
    AWS_REGION: 'local',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    POWERTOOLS_METRICS_NAMESPACE: 'Test',
    POWERTOOLS_SERVICE_NAME: name,
    ...own,
  };
  for (const [variable, value] of Object.entries(environment)) vi.stubEnv(variable, value);
}
