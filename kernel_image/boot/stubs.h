// The boot stubs, assembled with xld into its constants: where each begins and ends, and the fields xld fills in.
#pragma once

#include <cstdint>

extern "C" {

extern const uint8_t xld_boot_disk[], xld_boot_disk_end[];
extern const uint8_t xld_boot_disk_sectors[], xld_boot_disk_address[], xld_boot_disk_entry[];

extern const uint8_t xld_boot_loaded[], xld_boot_loaded_end[], xld_boot_loaded_linux64[], xld_boot_loaded_multiboot[];
extern const uint8_t xld_boot_loaded_scratch[], xld_boot_loaded_scratch64[], xld_boot_loaded_entry[];

extern const uint8_t xld_boot_setup[], xld_boot_setup_end[];
extern const uint8_t xld_boot_setup_payload_paragraphs[], xld_boot_setup_payload_address[];
extern const uint8_t xld_boot_setup_preferred_address[], xld_boot_setup_memory_size[], xld_boot_setup_entry[];

extern const uint8_t xld_boot_efi[], xld_boot_efi_end[];
extern const uint8_t xld_boot_efi_payload[], xld_boot_efi_size[], xld_boot_efi_memory_size[], xld_boot_efi_address[];
extern const uint8_t xld_boot_efi_entry[];
}
