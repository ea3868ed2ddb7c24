import type { Texts } from './texts.ts';

export const fr: Texts = {
  lang: 'fr',
  headings: {
    live: 'Votre salle est ouverte',
    opening: 'La salle est en cours d’ouverture',
    'on-demand': 'Il n’y a encore personne',
    held: 'La salle est fermée',
    ended: 'La réunion est terminée',
    rejected: 'Il n’y a pas de salle',
    cancelled: 'La réunion a été annulée',
    unknown: 'Ce lien n’existe pas',
    unavailable: 'Les liens ne fonctionnent pas pour le moment',
  },
  lines: {
    live: 'Vous pouvez entrer maintenant.',
    opening: 'Cela prend quelques secondes. Cette page continue d’elle-même dès que la salle est ouverte.',
    'on-demand': 'Appuyez sur le bouton pour ouvrir la salle. Vous y serez conduit dès qu’elle sera prête.',
    held: 'Cette salle a été mise en pause. Demandez à l’organisateur quand elle rouvrira.',
    ended: 'Cette salle est fermée. Si vous attendiez une réunion, demandez à l’organisateur.',
    rejected: 'Aucune salle n’a pu être ouverte pour cette réunion. Demandez à l’organisateur.',
    cancelled: 'Vous n’avez rien à faire.',
    unavailable: 'Attendez une demi-minute, puis vérifiez de nouveau.',
    unknown:
      'Vérifiez que l’adresse est complète, ou demandez-en une nouvelle à la personne qui vous l’a envoyée.',
  },
  open: 'Ouvrir la salle',
  again: 'Vérifier à nouveau',
  join: 'Rejoindre la réunion',
  opening: 'La salle est en cours d’ouverture…',
  late: 'Cela prend plus de temps que d’habitude. Nous continuons d’essayer.',
  offline: 'Il n’y a pas de connexion pour le moment. Nous continuons d’essayer.',
  until: 'Ouverte jusqu’au {time}',
  contact: 'Des questions ? Contactez {contact}.',
};
