import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { es } from './texts/es.ts';
import { fr } from './texts/fr.ts';
import type { Texts } from './texts/texts.ts';

const LANGUAGES: Readonly<Record<string, Texts>> = { en, de, fr, es };

/** The texts in every language. */
export const ALL_TEXTS: readonly Texts[] = Object.values(LANGUAGES);

/** No browser sends a longer header. */
const LONGEST = 500;

/** Returns the texts in the visitor's preferred language (RFC 9110, section 12.5.4), or in English. */
export function textsFor(acceptLanguage = ''): Texts {
  const ranges = acceptLanguage
    .slice(0, LONGEST)
    .split(',')
    .map((range, index) => {
      const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
      const weight = parameters.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find(Boolean);
      return { language: tag.split('-')[0] ?? '', weight: Number(weight ?? 1), index };
    })
    .filter(({ language, weight }) => weight > 0 && Object.hasOwn(LANGUAGES, language))
    .sort((a, b) => b.weight - a.weight || a.index - b.index);
  return LANGUAGES[ranges[0]?.language ?? 'en'] ?? en;
}
