export const benchDesk = async () => {};
