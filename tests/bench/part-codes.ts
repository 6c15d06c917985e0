export const benchCodes = async () => {};
