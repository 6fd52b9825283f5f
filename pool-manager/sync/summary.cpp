#include "pool-manager/sync/summary.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace minidns::pool::sync {
namespace {

constexpr std::array kinds{ZoneFault::Kind::missing, ZoneFault::Kind::behind, ZoneFault::Kind::ahead,
                           ZoneFault::Kind::leftover, ZoneFault::Kind::unknown};

std::string serial_text(const std::optional<dns::Serial>& serial) {
  return serial ? std::to_string(serial->value()) : "-";
}

std::string describe(const ZoneFault& fault) {
  std::string text = fault.zone.to_text();
  if (fault.wanted) {
    text += " wanted " + serial_text(fault.wanted);
  }
  if (fault.served) {
    text += " served " + serial_text(fault.served);
  }
  return text + (fault.reason.empty() ? "" : ": " + fault.reason);
}

}  // namespace

std::string_view to_text(ZoneFault::Kind kind) {
  switch (kind) {
    case ZoneFault::Kind::missing:
      return "missing";
    case ZoneFault::Kind::behind:
      return "behind";
    case ZoneFault::Kind::ahead:
      return "ahead";
    case ZoneFault::Kind::leftover:
      return "leftover";
    case ZoneFault::Kind::unknown:
      return "unknown";
  }
  return "";
}

bool SyncSummary::is_all_right() const {
  return trouble.empty() && faults.size() == count(ZoneFault::Kind::unknown);
}

std::size_t SyncSummary::count(ZoneFault::Kind kind) const {
  return static_cast<std::size_t>(std::ranges::count(faults, kind, &ZoneFault::kind));
}

void write_summary(std::ostream& out, const SyncSummary& summary, const std::string& nameserver,
                   std::size_t named_max) {
  out << nameserver << ": " << summary.right << " of " << summary.zones << " zones served at their newest version";
  for (const ZoneFault::Kind kind : kinds) {
    if (const std::size_t count = summary.count(kind); count > 0) {
      out << ", " << count << " " << to_text(kind);
    }
  }
  out << "; " << summary.added << " added, " << summary.removed << " removed\n";
  for (const ZoneFault::Kind kind : kinds) {
    std::size_t named = 0;
    for (const ZoneFault& fault : summary.faults) {
      if (fault.kind == kind && named++ < named_max) {
        out << "  " << to_text(kind) << " " << describe(fault) << "\n";
      }
    }
    if (named > named_max) {
      out << "  … and " << named - named_max << " more that are " << to_text(kind) << "\n";
    }
  }
  if (!summary.trouble.empty()) {
    out << "  " << summary.trouble << "\n";
  }
  out.flush();
}

void write_report(const std::string& file, const SyncSummary& summary) {
  std::ofstream out(file, std::ios::trunc);
  for (const ZoneFault& fault : summary.faults) {
    out << to_text(fault.kind) << '\t' << fault.zone.to_text() << '\t' << serial_text(fault.wanted) << '\t'
        << serial_text(fault.served) << '\t' << fault.reason << '\n';
  }
  out.close();
  if (!out) {
    throw std::runtime_error(file + ": can't be written");
  }
}

}  // namespace minidns::pool::sync
