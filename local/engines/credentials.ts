/** The engines ask for credentials and accept any; these open nothing anywhere. */
export const DUMMY_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
