// Rules about DT_HASH (gABI ch. 5, "Hash Table") and DT_GNU_HASH (as GNU ld writes and glibc reads it).
//
// A symbol that no chain of its bucket reaches does not exist for the loader. Each chain is walked once and each symbol
// may be reached once, so that a cycle is found and the walk is linear.
#include <vector>

#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

uint32_t sysv_hash(std::string_view name) {
  uint32_t h = 0;
  for (const char c : name) {
    h = (h << 4) + static_cast<uint8_t>(c);
    const uint32_t high = h & 0xf0000000;
    h = (h ^ (high >> 24)) & ~high;
  }
  return h;
}

uint32_t gnu_hash(std::string_view name) {
  uint32_t h = 5381;
  for (const char c : name) h = h * 33 + static_cast<uint8_t>(c);
  return h;
}

// 32-bit words of a table; 0 behind its end, whose place has been checked.
struct Words {
  Bytes bytes;
  uint32_t operator[](uint64_t index) const { return read<uint32_t>(bytes, index * 4).value_or(0); }
  uint64_t size() const { return bytes.size() / 4; }
};

const Section* find_table(const ElfFile& file, uint32_t type) {
  for (const Section& s : file.sections) {
    if (s.type == type && !s.contents.empty()) return &s;
  }
  return nullptr;
}

// Both kinds hash what others may look up: defined symbols that are not local.
bool is_exported(const Symbol& s) {
  return !s.is_undefined() && s.binding != ELF::STB_LOCAL && s.name.has_value();
}

void report_unreached(const Section& table, const SymbolTable& symbols, const std::vector<bool>& reached,
                      Report& report) {
  for (size_t i = 1; i < symbols.symbols.size(); i++) {
    const Symbol& s = symbols.symbols[i];
    if (is_exported(s) && !reached[i]) report.add("{}: {} is not found by its hash", describe(table), describe(s, i));
  }
}

void check_sysv(const ElfFile& file, Report& report) {
  const Section* table = find_table(file, ELF::SHT_HASH);
  const SymbolTable* symbols = file.find_symbols(ELF::SHT_DYNSYM);
  if (!table || !symbols) return;
  const Words words{table->contents};
  const uint64_t buckets = words[0], chains = words[1];
  if (buckets == 0 || 2 + buckets + chains != words.size() || chains != symbols->symbols.size()) {
    return report.add("{}: {} buckets and {} chains, in {} words, for {} symbols", describe(*table), buckets, chains,
                      words.size(), symbols->symbols.size());
  }
  std::vector<bool> reached(chains);
  for (uint64_t bucket = 0; bucket < buckets; bucket++) {
    for (uint32_t i = words[2 + bucket]; i != 0; i = words[2 + buckets + i]) {
      if (i >= chains || reached[i]) {
        report.add("{}: the chain of bucket {} reaches symbol {} of {}, or reaches it twice", describe(*table), bucket,
                   i, chains);
        break;
      }
      reached[i] = sysv_hash(symbols->symbols[i].name.value_or("")) % buckets == bucket;
    }
  }
  report_unreached(*table, *symbols, reached, report);
}

// The parts of a DT_GNU_HASH table.
struct GnuHash {
  uint32_t buckets, first_symbol, bloom_words, bloom_shift;
  uint64_t bucket_at, chain_at;  // in 32-bit words

  GnuHash(const Words& words, uint32_t word_size)
      : buckets(words[0]), first_symbol(words[1]), bloom_words(words[2]), bloom_shift(words[3]) {
    bucket_at = 4 + uint64_t{bloom_words} * (word_size / 4);
    chain_at = bucket_at + buckets;
  }
};

// The filter has two bits of each name; glibc looks at them first.
bool passes_bloom(const ElfFile& file, Bytes table, const GnuHash& hash, uint32_t value) {
  const uint32_t bits = file.word() * 8;
  const uint64_t index = (value / bits) & (hash.bloom_words - 1);
  const uint64_t word = file.read_word(table, 16 + index * file.word()).value_or(0);
  const uint32_t second = hash.bloom_shift < 32 ? value >> hash.bloom_shift : 0;
  return ((word >> (value % bits)) & (word >> (second % bits)) & 1) != 0;
}

// One chain: hashes of consecutive symbols, whose lowest bit marks the last. False: it leaves the table.
bool check_gnu_chain(const ElfFile& file, const Section& table, const SymbolTable& symbols, uint32_t bucket,
                     std::vector<bool>& reached, Report& report) {
  const Words words{table.contents};
  const GnuHash hash(words, file.word());
  for (uint64_t i = words[hash.bucket_at + bucket]; i != 0; i++) {
    const bool is_in_table = i >= hash.first_symbol && hash.chain_at + (i - hash.first_symbol) < words.size();
    if (!is_in_table || i >= symbols.symbols.size() || reached[i]) {
      report.add("{}: the chain of bucket {} reaches symbol {} of [{}, {}), or reaches it twice", describe(table),
                 bucket, i, hash.first_symbol, symbols.symbols.size());
      return false;
    }
    const uint32_t stored = words[hash.chain_at + (i - hash.first_symbol)];
    const uint32_t value = gnu_hash(symbols.symbols[i].name.value_or(""));
    reached[i] = (stored | 1) == (value | 1) && value % hash.buckets == bucket;
    if (!passes_bloom(file, table.contents, hash, value)) {
      report.add("{}: the Bloom filter hides {}", describe(table), describe(symbols.symbols[i], i));
    }
    if ((stored & 1) != 0) break;
  }
  return true;
}

void check_gnu(const ElfFile& file, Report& report) {
  const Section* table = find_table(file, ELF::SHT_GNU_HASH);
  const SymbolTable* symbols = file.find_symbols(ELF::SHT_DYNSYM);
  if (!table || !symbols) return;
  const Words words{table->contents};
  const GnuHash hash(words, file.word());
  const uint64_t count = symbols->symbols.size();
  if (hash.buckets == 0 || !is_power_of_two(hash.bloom_words) || hash.chain_at > words.size()) {
    return report.add("{}: {} buckets and {} Bloom words in a table of {} words", describe(*table), hash.buckets,
                      hash.bloom_words, words.size());
  }
  std::vector<bool> reached(count);
  for (uint32_t bucket = 0; bucket < hash.buckets; bucket++) {
    if (!check_gnu_chain(file, *table, *symbols, bucket, reached, report)) return;
  }
  report_unreached(*table, *symbols, reached, report);
}

constexpr ElfRule kRules[] = {
    {"dynamic-hash", "DT_HASH finds every exported symbol", Scope::Linked, check_sysv},
    {"dynamic-gnu-hash", "DT_GNU_HASH finds every exported symbol; its Bloom filter lets them pass", Scope::Linked,
     check_gnu},
};

}  // namespace

ElfRules elf_hash_rules() {
  return kRules;
}

}  // namespace xld::verify
