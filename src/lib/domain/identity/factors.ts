/** Locked at this moment; the moment a lock ends it is over. */
export const isLocked = (lockedUntil: Date | null, now: Date): lockedUntil is Date =>
	lockedUntil !== null && lockedUntil > now;
