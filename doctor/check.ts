import type { Clients } from './clients.ts';
import type { Deployment } from './deployment.ts';
import type { Finding } from './finding.ts';

/** Looks at one side of a deployment. What it cannot look at it leaves to its error. */
export type Check = (deployment: Deployment, clients: Clients) => Promise<readonly Finding[]>;
