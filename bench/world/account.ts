/** The provider's account and the deployment for all rooms of a measurement. */
export const APPLICATION = 'main';
export const APPLICATION_ID = '3c1d9d3a-5e4a-4a3e-9a2f-6f1a0b7c2d11';
export const DEPLOYMENT = 'bench';
