/**
 * Removes secrets from text by value, whatever message they got into.
 */
export interface Redactor {
  add(secret: string | undefined): void;
  redact(text: string): string;
}

const shortestSecret = 4;

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    add(secret) {
      if (secret === undefined || secret.length < shortestSecret) return;
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
        secrets.add(form);
    },
    redact(text) {
      let clean = text;
      for (const secret of secrets) clean = clean.replaceAll(secret, '[redacted]');
      return clean;
    },
  };
}
