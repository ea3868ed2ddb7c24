/*
 * A JSON Schema cannot add up the parts of a duration. This pattern refuses what is out of bounds by one part alone, or
 * by minutes and seconds: `P2Y`, `P366D`, `PT10M`.
 */

/** For each unit, the smallest number that is longer than 365 days. */
const TOO_MANY = { Y: 2, M: 13, W: 53, D: 366 };
const TOO_MANY_OF_TIME = { H: 8761, M: 525_601, S: 31_536_001 };

/** The longest life that is refused as too short, in minutes and in seconds. */
const SHORT_MINUTES = 10;

const NUMBER = '[0-9]+';

/** Returns a pattern of whole numbers from this one on; leading zeros are allowed. */
function from(least: number): string {
  const digits = String(least);
  const longer = `[1-9][0-9]{${digits.length},}`;
  const sameLength = [...digits].flatMap((digit, index) => {
    const rest = digits.length - index - 1;
    return Number(digit) < 9 ? [`${digits.slice(0, index)}[${Number(digit) + 1}-9][0-9]{${rest}}`] : [];
  });
  return `0*(?:${[longer, digits, ...sameLength].join('|')})`;
}

/** Returns a pattern of whole numbers up to this one. */
function upTo(most: number): string {
  const digits = String(most);
  const shorter = digits.length > 1 ? [`[0-9]{1,${digits.length - 1}}`] : [];
  const sameLength = [...digits].flatMap((digit, index) => {
    const rest = digits.length - index - 1;
    return Number(digit) > 0 ? [`${digits.slice(0, index)}[0-${Number(digit) - 1}][0-9]{${rest}}`] : [];
  });
  return `0*(?:${[...shorter, digits, ...sameLength].join('|')})`;
}

/** Returns a pattern of any parts of these units, each with a number that matches `number`. */
const parts = (units: string, number: string) => [...units].map((unit) => `(?:${number}${unit})?`).join('');

function tooLong(): string[] {
  const ofDays = Object.entries(TOO_MANY).map(([unit, least]) => {
    return `P${parts('YMWD'.slice(0, 'YMWD'.indexOf(unit)), NUMBER)}${from(least)}${unit}.*`;
  });
  const ofTime = Object.entries(TOO_MANY_OF_TIME).map(([unit, least]) => {
    return `P[^T]*T${parts('HMS'.slice(0, 'HMS'.indexOf(unit)), NUMBER)}${from(least)}${unit}.*`;
  });
  return [...ofDays, ...ofTime, 'P0*1Y.*[1-9].*'];
}

function tooShort(): string[] {
  const nothing = `P${parts('YMWD', '0+')}`;
  const withMinutes = Array.from({ length: SHORT_MINUTES + 1 }, (_, minutes) => {
    return `${nothing}T(?:0+H)?0*${minutes}M(?:${upTo(60 * (SHORT_MINUTES - minutes))}S)?`;
  });
  return [...withMinutes, `${nothing}T(?:0+H)?${upTo(60 * SHORT_MINUTES)}S`, `${nothing}T0+H`, nothing];
}

/** Matches durations that no request may have as its lifetime. */
export const OUT_OF_BOUNDS = `^(?:${[...tooLong(), ...tooShort()].join('|')})$`;
