/**
 * Takes the place of the SDK's chain of credential providers in the bundles: Lambda puts a function's credentials into
 * its environment, so the rest of the chain (shared files, SSO, web identity, instance and container metadata) would be
 * read, parsed and never asked.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
