import type { Texts } from './texts.ts';

export const es: Texts = {
  lang: 'es',
  headings: {
    live: 'Su sala está abierta',
    opening: 'La sala se está abriendo',
    'on-demand': 'Todavía no hay nadie',
    held: 'La sala está cerrada',
    ended: 'La reunión ha terminado',
    rejected: 'No hay sala',
    cancelled: 'La reunión fue cancelada',
    unknown: 'Este enlace no existe',
  },
  lines: {
    live: 'Ya puede entrar.',
    opening: 'Esto tarda unos segundos. Esta página continúa sola cuando la sala está abierta.',
    'on-demand': 'Pulse el botón para abrir la sala. Irá a ella cuando esté lista.',
    held: 'Esta sala está en pausa. Pregunte al organizador cuándo vuelve a abrir.',
    ended: 'Esta sala está cerrada. Si esperaba una reunión, pregunte al organizador.',
    rejected: 'No se pudo abrir una sala para esta reunión. Pregunte al organizador.',
    cancelled: 'No tiene que hacer nada.',
    unknown: 'Compruebe que la dirección está completa, o pida una nueva a quien se la envió.',
  },
  open: 'Abrir la sala',
  again: 'Comprobar de nuevo',
  join: 'Unirse a la reunión',
  opening: 'La sala se está abriendo…',
  late: 'Esto tarda más de lo habitual. Seguimos intentándolo.',
  offline: 'No hay conexión en este momento. Seguimos intentándolo.',
  until: 'Abierta hasta el {time}',
  contact: '¿Preguntas? Escriba a {contact}.',
};
