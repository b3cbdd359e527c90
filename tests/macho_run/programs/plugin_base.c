/* Re-exported by plugin_library. */
int reexported(void) { return 77; }
