import { host } from '../host.ts';

/** Gives a file to the person: a download in a browser, the editor's dialog inside it. */
export async function saveFile(fileName: string, content: Blob): Promise<void> {
  if (host === null) {
    const address = URL.createObjectURL(content);
    const link = document.createElement('a');
    link.href = address;
    link.download = fileName;
    link.click();
    // The download has begun, and holds on to what it needs.
    setTimeout(() => {
      URL.revokeObjectURL(address);
    }, 1000);
    return;
  }
  host.send({ kind: 'save', fileName, base64: await base64Of(content) });
}

function base64Of(content: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      // A data address: what stands before the comma is the type.
      const address = typeof reader.result === 'string' ? reader.result : '';
      resolve(address.slice(address.indexOf(',') + 1));
    };
    reader.onerror = () => {
      reject(reader.error ?? new Error('the file cannot be read'));
    };
    reader.readAsDataURL(content);
  });
}
