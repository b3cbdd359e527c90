// The linker as a library.
//
//   xld::Options options;
//   options.inputs.push_back({xld::InputKind::File, "main.o"});
//   options.output = "a.out";
//   xld::Diagnostics diagnostics;
//   xld::DiskFileSystem files;
//   xld::DiskReportSink reports;
//   const bool ok = xld::link(options, diagnostics, files, reports);
//
// Ownership: the caller owns all arguments; nothing of them is kept after the call. Threads: any number of links may
// run at once in one process, each with Options, Diagnostics, FileSystem and ReportSink of its own; a link uses
// options.threads threads. Errors: messages in `diagnostics`; when the function returns false there is no new output
// file, and an older one is as it was. Reports are written before the output appears, also those of a link that failed
// as far as it got; only --stats comes last. The function neither prints, exits nor handles signals. Memory exhaustion
// is an error like any other.
#pragma once

#include "core/diagnostics.h"
#include "core/file_system.h"
#include "core/options.h"
#include "core/report_sink.h"

namespace xld {

bool link(const Options& options, Diagnostics& diagnostics, FileSystem& files, ReportSink& reports);

// With a DiskReportSink.
bool link(const Options& options, Diagnostics& diagnostics, FileSystem& files);

}  // namespace xld
