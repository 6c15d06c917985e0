import { type Channel, CHANNELS, type Consent, type FieldValues } from '../workflow/document.ts';

/** The channels that the person agreed to; `undefined` where the workflow needs no agreement. */
export function agreedChannels(
	consent: Consent,
	given: { facts: FieldValues; consent?: readonly Channel[] | undefined }
): ReadonlySet<Channel> | undefined {
	if (consent.basis === 'contract') return undefined;
	const toAll = consent.fact !== undefined && given.facts[consent.fact] === true;
	return new Set(toAll ? CHANNELS : (given.consent ?? []));
}
