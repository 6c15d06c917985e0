/** Bytes of a whole customer page: one round trip after the handshake, before compression (DESIGN §6). */
export const BUDGET = 14_600;
