import { randomUUID } from 'node:crypto';

export interface SecretIdentity {
  readonly arn: string;
  readonly name: string;
}

interface Version {
  readonly id: string;
  readonly value: string;
  readonly createdAt: number;
}

interface Secret extends SecretIdentity {
  readonly versions: Map<string, Version>;
  /** The version of each stage. */
  readonly stages: Map<string, string>;
}

export interface SecretValue extends SecretIdentity {
  readonly versionId: string;
  readonly stages: readonly string[];
  readonly value: string;
  readonly createdAt: number;
}

/** The error of Secrets Manager for a missing secret, version or stage. */
export class SecretNotFoundError extends Error {}

/**
 * Secrets with their versions. A stage names a version: AWSCURRENT, AWSPENDING, AWSPREVIOUS or a custom one.
 */
export class Secrets {
  readonly #secrets: Secret[] = [];

  /** @param value its first version; absent: the secret is created empty */
  create(identity: SecretIdentity, value?: string): void {
    this.#secrets.push({ ...identity, versions: new Map(), stages: new Map() });
    if (value !== undefined) this.put(identity.arn, value);
  }

  /** Returns a version; AWSCURRENT if no version or stage is requested. */
  get(idOrName: string, wanted: { versionId?: string; stage?: string } = {}): SecretValue {
    const secret = this.#find(idOrName);
    const stage = wanted.stage ?? 'AWSCURRENT';
    const id = wanted.versionId ?? secret.stages.get(stage);
    const version = id === undefined ? undefined : secret.versions.get(id);
    if (!version) {
      const sought = wanted.versionId ? `version ${wanted.versionId}` : `value for staging label: ${stage}`;
      throw new SecretNotFoundError(`Secrets Manager can't find the specified secret ${sought}`);
    }
    return this.#value(secret, version);
  }

  /** Adds a version. The version that was AWSCURRENT becomes AWSPREVIOUS, unless other stages are named. */
  put(idOrName: string, value: string, stages: readonly string[] = ['AWSCURRENT']): SecretValue {
    const secret = this.#find(idOrName);
    const version = { id: randomUUID(), value, createdAt: Date.now() };
    secret.versions.set(version.id, version);
    for (const stage of stages) {
      const before = secret.stages.get(stage);
      if (stage === 'AWSCURRENT' && before) secret.stages.set('AWSPREVIOUS', before);
      secret.stages.set(stage, version.id);
    }
    return this.#value(secret, version);
  }

  /** Returns the versions that have a stage, the newest last. */
  versions(idOrName: string): readonly SecretValue[] {
    const secret = this.#find(idOrName);
    const all = [...secret.versions.values()].map((version) => this.#value(secret, version));
    return all.filter(({ stages }) => stages.length > 0);
  }

  list(): readonly SecretIdentity[] {
    return this.#secrets.map(({ arn, name }) => ({ arn, name }));
  }

  /** Finds a secret by its ARN, with or without the six characters at the end, or by its name. */
  #find(idOrName: string): Secret {
    const found = this.#secrets.find(
      ({ arn, name }) => idOrName === arn || idOrName === name || idOrName === arn.slice(0, -7),
    );
    if (!found) throw new SecretNotFoundError(`Secrets Manager can't find the specified secret ${idOrName}`);
    return found;
  }

  #value(secret: Secret, version: Version): SecretValue {
    const stages = [...secret.stages].filter(([, id]) => id === version.id).map(([stage]) => stage);
    const { arn, name } = secret;
    return { arn, name, versionId: version.id, stages, value: version.value, createdAt: version.createdAt };
  }
}
