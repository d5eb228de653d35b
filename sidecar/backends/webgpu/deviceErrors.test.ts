import { describe, expect, it } from 'vitest';
import { assertNoFault } from '../prepared.ts';
import { watchDevice, type Device } from './deviceErrors.ts';

function makeDevice(): { device: Device; lose: (message: string) => void } {
  let lose: (message: string) => void = () => undefined;
  const lost = new Promise<{ message: string }>((resolve) => {
    lose = (message) => {
      resolve({ message });
    };
  });
  return { device: { onuncapturederror: null, lost }, lose };
}

describe('errors of a device that no call tells of', () => {
  it('are remembered, the first of them by its first line', () => {
    const { device } = makeDevice();
    const fault = watchDevice(device);
    expect(fault()).toBeNull();
    assertNoFault({ fault });
    device.onuncapturederror?.({ error: { message: '15 buffers are more than 8.\n - While …' } });
    device.onuncapturederror?.({ error: { message: 'and then this' } });
    expect(fault()).toBe('WebGPU refused an operation: 15 buffers are more than 8');
    expect(() => {
      assertNoFault({ fault });
    }).toThrow('Numbers since the last checkpoint are void');
  });

  it('include its loss', async () => {
    const { device, lose } = makeDevice();
    const fault = watchDevice(device);
    lose('driver reset');
    await device.lost;
    expect(fault()).toBe('the GPU was lost: driver reset');
  });
});
