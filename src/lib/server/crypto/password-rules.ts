import { fail, ok, type Result } from '../../domain/result.ts';
import { PASSWORD } from '../../domain/staff/limits.ts';

export type PasswordFault = 'too-short' | 'too-long' | 'too-common';

/** The lists are some megabytes, and wanted only when somebody sets a password. */
const loadGuesser = async () => {
	const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
		import('@zxcvbn-ts/core'),
		import('@zxcvbn-ts/language-common')
	]);
	return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
};
let guesser: ReturnType<typeof loadGuesser> | undefined;

/**
 * Length and being hard to guess, no rules of composition.
 * @param about what a guesser would try first: the name, the address
 */
export async function checkNewPassword(
	password: string,
	{ withTotp, about }: { withTotp: boolean; about: string[] }
): Promise<Result<null, PasswordFault>> {
	const length = [...password.normalize('NFKC')].length;
	if (length < (withTotp ? PASSWORD.leastWithTotp : PASSWORD.leastAlone)) return fail('too-short');
	if (length > PASSWORD.most) return fail('too-long');
	guesser ??= loadGuesser();
	const words = about.flatMap((text) => [text, ...text.split(/[\s@.]+/)]).filter(Boolean);
	const { guesses } = (await guesser).check(password, words);
	return guesses < PASSWORD.leastGuesses ? fail('too-common') : ok(null);
}
