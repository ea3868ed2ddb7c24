import { type FromEnvInit, fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Takes the place of the SDK's chain of credential providers in the bundles: Lambda puts a function's credentials into
 * its environment, so the rest of the chain (shared files, SSO, web identity, instance and container metadata) would be
 * read, parsed and never asked. They stay the same as long as the container lives, so they are read once.
 */
export function defaultProvider(init?: FromEnvInit): ReturnType<typeof fromEnv> {
  const read = fromEnv(init);
  let credentials: ReturnType<typeof read> | undefined;
  return () => {
    credentials ??= read();
    return credentials;
  };
}
