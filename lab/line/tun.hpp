// TUN devices in network namespaces.
#pragma once

#include <memory>
#include <string>

#include "foundation/base/file_handle.hpp"
#include "line/error.hpp"

namespace qnet::line {

/// Opens the device of that name in the namespace, or makes it there, and sets it up. The descriptor works
/// outside of the namespace, and does not block. For a process with one thread: it is in the other namespace
/// meanwhile.
[[nodiscard]] base::Result<std::unique_ptr<base::FileHandle>> open_tun(const std::string& netns,
                                                                       const std::string& device);

}  // namespace qnet::line
