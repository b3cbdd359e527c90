// A CPU without 64-bit mode gets a message.
// boot: -M pc -m 64M -cpu qemu32
// boot: -M pc -m 64M -cpu 486
// boot: -M microvm -m 64M -cpu base
// exit: 73
// > xrt: this CPU has no 64-bit mode, which the kernel needs
int main(void) { return 0; }
