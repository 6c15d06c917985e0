import type { RequestEvent } from '@sveltejs/kit';
import { SESSION } from '../../domain/staff/limits.ts';
import { parts } from './app.ts';

type Jar = Pick<RequestEvent, 'cookies'>;

/** Demo and tests may run on plain http; there a browser refuses a `__Host-` cookie. */
const secure = (): boolean => parts().config.origin.startsWith('https:');
const nameOf = (): string => `${secure() ? '__Host-' : ''}staff`;

// Strict: nobody comes to a staff page by a link on another site and needs to be signed in there.
const attributes = () =>
	({ path: '/', httpOnly: true, sameSite: 'strict', secure: secure() }) as const;

/** The secret of this browser's session. */
export const readSession = ({ cookies }: Jar): string | undefined => cookies.get(nameOf());

export const giveSession = ({ cookies }: Jar, secret: string): void =>
	cookies.set(nameOf(), secret, { ...attributes(), maxAge: SESSION.absoluteHours * 3600 });

export const dropSession = ({ cookies }: Jar): void => cookies.delete(nameOf(), attributes());
