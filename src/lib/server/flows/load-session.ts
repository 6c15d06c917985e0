import type { Principal } from '../../domain/staff/permissions.ts';
import { hashSecret } from '../crypto/secrets.ts';
import { endSessions, findPrincipal, keepSession } from '../db/staff.ts';
import type { Parts } from '../parts.ts';

/** Who is signed in with this secret; `null` if nobody is. */
export const loadSession = ({ db }: Pick<Parts, 'db'>, secret: string): Promise<Principal | null> =>
	findPrincipal(db, hashSecret(secret));

/** A press: the session stays alive for its idle time from now. */
export const pressIn = (
	{ db }: Pick<Parts, 'db'>,
	principal: Pick<Principal, 'session'>
): Promise<void> => keepSession(db, principal);

/** Signs out, on every node at once (case E3). */
export const signOut = ({ db }: Pick<Parts, 'db'>, { session }: Pick<Principal, 'session'>) =>
	endSessions(db, { session });
