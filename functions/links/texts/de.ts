import type { Texts } from './texts.ts';

export const de: Texts = {
  lang: 'de',
  headings: {
    live: 'Ihr Raum ist offen',
    opening: 'Der Raum wird geöffnet',
    'on-demand': 'Noch ist niemand da',
    held: 'Der Raum ist geschlossen',
    ended: 'Das Treffen ist vorbei',
    rejected: 'Es gibt keinen Raum',
    cancelled: 'Das Treffen wurde abgesagt',
    unknown: 'Diesen Link gibt es nicht',
  },
  lines: {
    live: 'Sie können jetzt hineingehen.',
    opening: 'Das dauert einige Sekunden. Diese Seite geht von selbst weiter, wenn der Raum offen ist.',
    'on-demand': 'Mit der Taste öffnen Sie den Raum. Sie werden hingeleitet, wenn er bereit ist.',
    held: 'Dieser Raum wurde angehalten. Fragen Sie die Einladenden, wann er wieder öffnet.',
    ended: 'Dieser Raum ist geschlossen. Fragen Sie die Einladenden, wenn Sie ein Treffen erwartet haben.',
    rejected: 'Für dieses Treffen konnte kein Raum geöffnet werden. Fragen Sie die Einladenden.',
    cancelled: 'Sie brauchen nichts zu tun.',
    unknown: 'Prüfen Sie, ob die Adresse vollständig ist, oder bitten Sie um eine neue.',
  },
  open: 'Raum öffnen',
  again: 'Noch einmal nachsehen',
  join: 'Am Treffen teilnehmen',
  opening: 'Der Raum wird geöffnet …',
  late: 'Das dauert länger als sonst. Wir versuchen es weiter.',
  offline: 'Im Augenblick gibt es keine Verbindung. Wir versuchen es weiter.',
  until: 'Offen bis {time}',
  contact: 'Fragen? Wenden Sie sich an {contact}.',
};
