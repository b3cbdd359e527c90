// See start_object.h. The stack at the start: <mach-o/loader.h>, thread_command; words: argc, argv…, 0, environment…,
// 0, apple…, 0.
//
// The variables are those that dyld and the libraries of such systems look for in the program: _NXArgc, _NXArgv,
// _environ and ___progname.
#include "formats/macho/start_object.h"

#include <array>

#include "formats/macho/macho.h"
#include "formats/macho/versions.h"

namespace xld::macho {

namespace {

// Names by their numbers in the records below.
enum Name : uint8_t { kStart, kArgumentCount, kArguments, kEnvironment, kProgramName, kMain, kExit, kNameCount };
constexpr std::string_view kNames[kNameCount] = {"start",       "_NXArgc", "_NXArgv", "_environ",
                                                 "___progname", "_main",   "_exit"};

struct Use {
  uint8_t offset;
  Name name;
  bool is_call = false;
};

constexpr uint8_t kCode64[] = {
    0x6a, 0x00,                             //    pushq  $0
    0x48, 0x89, 0xe5,                       //    movq   %rsp, %rbp
    0x48, 0x83, 0xe4, 0xf0,                 //    andq   $-16, %rsp
    0x8b, 0x7d, 0x08,                       //    movl   8(%rbp), %edi
    0x48, 0x8d, 0x75, 0x10,                 //    leaq   16(%rbp), %rsi
    0x48, 0x8d, 0x54, 0xfe, 0x08,           //    leaq   8(%rsi,%rdi,8), %rdx
    0x89, 0x3d, 0x00, 0x00, 0x00, 0x00,     //    movl   %edi, _NXArgc(%rip)
    0x48, 0x89, 0x35, 0,    0,    0,    0,  //    movq   %rsi, _NXArgv(%rip)
    0x48, 0x89, 0x15, 0,    0,    0,    0,  //    movq   %rdx, _environ(%rip)
    0x48, 0x8b, 0x06,                       //    movq   (%rsi), %rax
    0x48, 0x85, 0xc0,                       //    testq  %rax, %rax
    0x74, 0x1c,                             //    je     3f
    0x49, 0x89, 0xc0,                       // 1: movq   %rax, %r8       behind the last slash
    0x44, 0x0f, 0xb6, 0x08,                 // 2: movzbl (%rax), %r9d
    0x48, 0xff, 0xc0,                       //    incq   %rax
    0x41, 0x80, 0xf9, 0x2f,                 //    cmpb   $'/', %r9b
    0x74, 0xf0,                             //    je     1b
    0x45, 0x84, 0xc9,                       //    testb  %r9b, %r9b
    0x75, 0xee,                             //    jne    2b
    0x4c, 0x89, 0x05, 0,    0,    0,    0,  //    movq   %r8, ___progname(%rip)
    0x48, 0x89, 0xd1,                       // 3: movq   %rdx, %rcx
    0x48, 0x83, 0x39, 0x00,                 // 4: cmpq   $0, (%rcx)      the apple strings follow the environment
    0x48, 0x8d, 0x49, 0x08,                 //    leaq   8(%rcx), %rcx
    0x75, 0xf6,                             //    jne    4b
    0xe8, 0x00, 0x00, 0x00, 0x00,           //    callq  _main
    0x89, 0xc7,                             //    movl   %eax, %edi
    0xe8, 0x00, 0x00, 0x00, 0x00,           //    callq  _exit
    0xf4,                                   //    hlt
};
constexpr Use kUses64[] = {{0x17, kArgumentCount}, {0x1e, kArguments},  {0x25, kEnvironment},
                           {0x49, kProgramName},   {0x5b, kMain, true}, {0x62, kExit, true}};

// Calls hold their distance from the start of the object.
constexpr uint8_t kCode32[] = {
    0x6a, 0x00,                          //    pushl  $0
    0x89, 0xe5,                          //    movl   %esp, %ebp
    0x83, 0xe4, 0xf0,                    //    andl   $-16, %esp
    0x83, 0xec, 0x10,                    //    subl   $16, %esp
    0x8b, 0x45, 0x04,                    //    movl   4(%ebp), %eax
    0x8d, 0x4d, 0x08,                    //    leal   8(%ebp), %ecx
    0x8d, 0x54, 0x81, 0x04,              //    leal   4(%ecx,%eax,4), %edx
    0xa3, 0x00, 0x00, 0x00, 0x00,        //    movl   %eax, _NXArgc
    0x89, 0x0d, 0x00, 0x00, 0x00, 0x00,  //    movl   %ecx, _NXArgv
    0x89, 0x15, 0x00, 0x00, 0x00, 0x00,  //    movl   %edx, _environ
    0x89, 0x04, 0x24,                    //    movl   %eax, (%esp)
    0x89, 0x4c, 0x24, 0x04,              //    movl   %ecx, 4(%esp)
    0x89, 0x54, 0x24, 0x08,              //    movl   %edx, 8(%esp)
    0x8b, 0x01,                          //    movl   (%ecx), %eax
    0x85, 0xc0,                          //    testl  %eax, %eax
    0x74, 0x15,                          //    je     3f
    0x89, 0xc3,                          // 1: movl   %eax, %ebx      behind the last slash
    0x0f, 0xb6, 0x08,                    // 2: movzbl (%eax), %ecx
    0x40,                                //    incl   %eax
    0x80, 0xf9, 0x2f,                    //    cmpb   $'/', %cl
    0x74, 0xf5,                          //    je     1b
    0x84, 0xc9,                          //    testb  %cl, %cl
    0x75, 0xf3,                          //    jne    2b
    0x89, 0x1d, 0x00, 0x00, 0x00, 0x00,  //    movl   %ebx, ___progname
    0x83, 0x3a, 0x00,                    // 3: cmpl   $0, (%edx)      the apple strings follow the environment
    0x8d, 0x52, 0x04,                    //    leal   4(%edx), %edx
    0x75, 0xf8,                          //    jne    3b
    0x89, 0x54, 0x24, 0x0c,              //    movl   %edx, 12(%esp)
    0xe8, 0xa4, 0xff, 0xff, 0xff,        //    calll  _main
    0x89, 0x04, 0x24,                    //    movl   %eax, (%esp)
    0xe8, 0x9c, 0xff, 0xff, 0xff,        //    calll  _exit
    0xf4,                                //    hlt
};
constexpr Use kUses32[] = {{0x15, kArgumentCount}, {0x1b, kArguments},  {0x21, kEnvironment},
                           {0x47, kProgramName},   {0x58, kMain, true}, {0x60, kExit, true}};

constexpr uint32_t kExternal = 1u << 27, kFourBytes = 2u << 25, kRelative = 1u << 24;
constexpr uint32_t kSigned64 = 1u << 28, kBranch64 = 2u << 28;  // X86_64_RELOC_SIGNED, _BRANCH

template <class M>
class ObjectMaker {
 public:
  std::string make(std::span<const uint8_t> code, std::span<const Use> uses) {
    names_.push_back('\0');
    add_symbols();
    typename M::Header header{};
    header.magic = M::kMagic;
    header.cputype = kIs64 ? CPU_TYPE_X86_64 : CPU_TYPE_I386;
    header.cpusubtype = CPU_SUBTYPE_X86_ALL;
    header.filetype = MH_OBJECT;
    header.ncmds = 2;
    header.sizeofcmds = sizeof(typename M::Segment) + sizeof(typename M::Section) + sizeof(SymtabCommand);
    header.flags = MH_SUBSECTIONS_VIA_SYMBOLS;
    const auto begin = static_cast<uint32_t>(sizeof(header) + header.sizeofcmds);
    const auto relocs = static_cast<uint32_t>(align_up(begin + code.size(), sizeof(uint32_t)));
    const auto symbols = static_cast<uint32_t>(relocs + uses.size() * 8);
    const auto names = static_cast<uint32_t>(symbols + symbols_.size());
    append(header);
    append_segment(static_cast<uint32_t>(code.size()), begin);
    append_section(static_cast<uint32_t>(code.size()), begin, relocs, static_cast<uint32_t>(uses.size()));
    append(SymtabCommand{LC_SYMTAB, sizeof(SymtabCommand), symbols, kNameCount, names,
                         static_cast<uint32_t>(names_.size())});
    out_.append(reinterpret_cast<const char*>(code.data()), code.size());
    out_.resize(relocs);
    for (const Use& use : uses) append_reloc(use);
    return std::move(out_) + symbols_ + names_;
  }

 private:
  static constexpr bool kIs64 = M::kWordSize == 8;

  template <class T>
  static void append(std::string& to, const T& value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  template <class T>
  void append(const T& value) {
    append(out_, value);
  }

  void append_segment(uint32_t size, uint32_t offset) {
    typename M::Segment segment{};
    segment.cmd = M::kSegmentCommand;
    segment.cmdsize = sizeof(segment) + sizeof(typename M::Section);
    segment.vmsize = segment.filesize = size;
    segment.fileoff = offset;
    segment.maxprot = segment.initprot = VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE;
    segment.nsects = 1;
    append(segment);
  }

  void append_section(uint32_t size, uint32_t offset, uint32_t relocs, uint32_t count) {
    typename M::Section section{};
    std::string_view("__text").copy(section.sectname, kNameSize);
    std::string_view("__TEXT").copy(section.segname, kNameSize);
    section.size = size;
    section.offset = offset;
    section.align = 4;
    section.reloff = relocs;
    section.nreloc = count;
    section.flags = S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS;
    append(section);
  }

  void append_reloc(const Use& use) {
    uint32_t word = use.name | kExternal | kFourBytes;
    if (kIs64) word |= kRelative | (use.is_call ? kBranch64 : kSigned64);
    if (!kIs64 && use.is_call) word |= kRelative;
    append(uint32_t{use.offset});
    append(word);
  }

  void add_symbols() {
    for (uint8_t name = 0; name < kNameCount; name++) {
      typename M::Symbol symbol{};
      symbol.strx = static_cast<uint32_t>(names_.size());
      symbol.type = N_EXT | (name == kStart ? N_SECT : N_UNDF);
      symbol.sect = name == kStart ? 1 : 0;
      // A common symbol holds its size.
      const bool is_variable = name != kStart && name != kMain && name != kExit;
      if (is_variable) symbol.value = name == kArgumentCount ? 4 : M::kWordSize;
      append(symbols_, symbol);
      names_ += kNames[name];
      names_.push_back('\0');
    }
  }

  std::string out_, symbols_, names_;
};

}  // namespace

std::string make_start_object(const Link& link) {
  const Options& options = link.options();
  const bool is_program = !options.is_shared && !options.is_relocatable && !options.is_static &&
                          !options.darwin.is_preload && !options.darwin.is_loader && options.entry.empty();
  if (!is_program || !starts_in_runtime(options)) return {};
  switch (link.target().cpu) {
    case Cpu::X86_64:
      return ObjectMaker<Macho64>().make(kCode64, kUses64);
    case Cpu::I386:
      return ObjectMaker<Macho32>().make(kCode32, kUses32);
    default:
      return {};
  }
}

}  // namespace xld::macho
