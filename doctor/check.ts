import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';
import type { Finding } from './finding.ts';

/** Checks one aspect of a deployment. If it cannot check, it throws. */
export type Check = (deployment: Deployment, clients: Clients) => Promise<readonly Finding[]>;
