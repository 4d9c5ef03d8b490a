/**
 * Files that hold secrets, by name and by how they begin.
 */
import picomatch from 'picomatch';

/** Matched against the file's name, case aside. */
const secretNames = [
  '.env*',
  '*.env',
  '*.{pem,key,p12,pfx,jks,keystore,ppk,kdbx,asc,gpg,tfstate,tfvars}',
  'id_{rsa,dsa,ecdsa,ed25519,ecdsa_sk,ed25519_sk}',
  '{.npmrc,.pypirc,.netrc,_netrc,.pgpass,.my.cnf,.htpasswd,.git-credentials,.dockercfg,.boto,.s3cfg,.vault-token}',
  'credentials{,.json,.yaml,.yml,.toml,.csv}',
  '{secret,secrets}.{json,yaml,yml,toml,ini,txt}',
  '{service-account,service_account,serviceaccount}*.json',
  '{kubeconfig,.kubeconfig,terraform.tfstate.backup,master.key}',
];
/** Matched against the end of the path. */
const secretPaths = ['**/.aws/*', '**/.ssh/*', '**/.gnupg/**', '**/.docker/config.json', '**/.kube/config'];

const isSecretName = picomatch(secretNames, { nocase: true, dot: true });
const isSecretPath = picomatch(secretPaths, { nocase: true, dot: true });

/** `path` is relative to its root, with `/`. */
export function isSecretFile(path: string): boolean {
  return isSecretName(path.slice(path.lastIndexOf('/') + 1)) || isSecretPath(`/${path}`);
}

/** Whether a text begins as a PEM private key does. */
export function beginsWithPrivateKey(text: string): boolean {
  return /^\s*-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/.test(text.slice(0, 4096));
}
