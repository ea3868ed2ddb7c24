import { Logger } from '@aws-lambda-powertools/logger';

/** Service name and level come from Powertools' own variables, which the construct sets. */
export const log = new Logger();
