// Whether a process's standard error is systemd's journal.
#pragma once

#include <string_view>

namespace qnet::logging {

/// `journal_stream` is the environment's JOURNAL_STREAM, "DEVICE:INODE" of the journal's socket
/// (systemd.exec(5)). A process inherits the variable and may have another standard error: so both are
/// compared.
[[nodiscard]] bool is_journal(int fd, std::string_view journal_stream);

}  // namespace qnet::logging
