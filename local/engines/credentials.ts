/** The engines require credentials and accept any; these are valid nowhere. */
export const DUMMY_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
