/** The types of errors of a signature whose time is wrong; some of them have other reasons too. */
const MISTIMED =
  /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|InvalidSignature|SignatureDoesNotMatch|AuthFailure)/;

/** AWS refuses a signature that is five minutes away from its own time. Its answer takes time too. */
const SURELY_MISTIMED = 4 * 60_000;

/** The time of AWS. The machine's clock can be wrong for a while after the machine was frozen. */
export interface AwsClock {
  now(): number;
  /**
   * Corrects the clock by a refusal, if the reason was the time of the signature.
   *
   * @param type the type of the error
   * @param date the time of AWS, as its answer has it
   * @returns whether a signature of the corrected time is worth a try
   */
  correct(signedAt: number, type: string | undefined, date: string | undefined): boolean;
}

/** @param now the machine's clock, in milliseconds, as `Date.now()` */
export function awsClock(now: () => number): AwsClock {
  let ahead = 0;
  return {
    now: () => now() + ahead,
    correct(signedAt, type = '', date = '') {
      const time = Date.parse(date);
      const isMistimed = MISTIMED.test(type) && Math.abs(time - signedAt) > SURELY_MISTIMED;
      if (isMistimed) ahead = time - now();
      return isMistimed;
    },
  };
}
