#include "dns/text/zone_file.hpp"

#include "dns/text/rdata_text.hpp"
#include "dns/text/tokens.hpp"

#include <cctype>
#include <charconv>
#include <utility>

namespace minidns::dns {

/// One entry on one line: comments gone, line breaks inside parentheses made spaces, parentheses gone.
struct ZoneFileReader::Entry {
  std::string text;
  std::size_t line;
};

namespace {

constexpr std::string_view blanks = " \t";

Error syntax(std::string detail) {
  return {Errc::bad_rdata, std::move(detail)};
}

/// Takes the first word off `text`, and the blanks after it. Owner, TTL, class and type have no quotes.
std::string_view take_word(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && blanks.find(text[end]) == std::string_view::npos) {
    end += text[end] == '\\' && end + 1 < text.size() ? 2U : 1U;
  }
  const auto word = text.substr(0, end);
  const auto next = text.find_first_not_of(blanks, end);
  text = next == std::string_view::npos ? std::string_view() : text.substr(next);
  return word;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) != std::tolower(static_cast<unsigned char>(b[i]))) {
      return false;
    }
  }
  return true;
}

std::optional<std::int64_t> seconds_of_unit(char unit) {
  switch (std::tolower(static_cast<unsigned char>(unit))) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86'400;
    case 'w':
      return 604'800;
  }
  return std::nullopt;
}

/// `3600` or `1h30m`; nothing if `word` isn't of that form (it is the class or type then).
std::optional<Result<Ttl>> read_ttl(std::string_view word) {
  std::int64_t total = 0;
  if (word.empty()) {
    return std::nullopt;
  }
  while (!word.empty()) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (failure != std::errc() || number < 0 || number > Ttl::seconds_max) {
      return failure == std::errc::invalid_argument ? std::nullopt
                                                    : std::optional(Ttl::from_seconds(std::int64_t{1} << 40));
    }
    word.remove_prefix(static_cast<std::size_t>(end - word.data()));
    std::int64_t unit = 1;
    if (!word.empty()) {
      const auto known = seconds_of_unit(word.front());
      if (!known) {
        return std::nullopt;
      }
      unit = *known;
      word.remove_prefix(1);
    }
    total += number * unit;
  }
  return Ttl::from_seconds(total);
}

bool is_other_class(std::string_view word) {
  return equals_ignoring_case(word, "CH") || equals_ignoring_case(word, "HS") || equals_ignoring_case(word, "CS");
}

/// Takes the characters of an entry one by one and says when it is whole.
class EntryBuilder {
 public:
  /// A line without its line break.
  std::optional<Error> add(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (c == '\\' && i + 1 < line.size()) {
        text_ += c;
        text_ += line[++i];
      } else if (c == '"') {
        quoted_ = !quoted_;
        text_ += c;
      } else if (quoted_) {
        text_ += c;
      } else if (c == ';') {
        break;
      } else if (c == '(') {
        ++depth_;
        text_ += ' ';
      } else if (c == ')') {
        if (depth_-- == 0) {
          return syntax("a parenthesis closes that was not opened");
        }
        text_ += ' ';
      } else {
        text_ += c;
      }
    }
    if (quoted_) {
      return syntax("a quote is not closed on its line");
    }
    text_ += depth_ > 0 ? " " : "";
    return text_.size() > ZoneFileReader::entry_octets_max ? std::optional(syntax("the entry is too long"))
                                                           : std::nullopt;
  }

  [[nodiscard]] bool whole() const { return depth_ == 0; }
  [[nodiscard]] bool blank() const { return text_.find_first_not_of(blanks) == std::string::npos; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  int depth_ = 0;
  bool quoted_ = false;
};

}  // namespace

ZoneFileReader::ZoneFileReader(std::istream& input, Name origin) : input_(input), origin_(std::move(origin)) {}

Result<std::optional<ZoneFileRecord>> ZoneFileReader::next() {
  for (;;) {
    auto entry = read_entry();
    if (!entry) {
      return entry.error();
    }
    if (!*entry) {
      return std::optional<ZoneFileRecord>();
    }
    if ((*entry)->text.front() == '$') {
      if (const auto obeyed = obey(**entry); !obeyed) {
        return at((*entry)->line, obeyed.error());
      }
      continue;
    }
    auto record = to_record(**entry);
    if (!record) {
      return at((*entry)->line, record.error());
    }
    return std::optional(std::move(*record));
  }
}

Result<std::optional<ZoneFileReader::Entry>> ZoneFileReader::read_entry() {
  EntryBuilder builder;
  std::size_t first = 0;
  for (std::string line; std::getline(input_, line);) {
    ++line_;
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    first = first == 0 ? line_ : first;
    if (const auto error = builder.add(line)) {
      return at(line_, *error);
    }
    if (!builder.whole()) {
      continue;
    }
    if (!builder.blank()) {
      return std::optional(Entry{builder.take(), first});
    }
    builder = {};
    first = 0;
  }
  if (input_.bad()) {
    return at(line_, syntax("the file can't be read further"));
  }
  if (!builder.whole()) {
    return at(first, syntax("a parenthesis is not closed"));
  }
  return std::optional<Entry>();
}

Result<void> ZoneFileReader::obey(const Entry& entry) {
  std::string_view rest = entry.text;
  const auto directive = take_word(rest);
  const auto value = take_word(rest);
  if (!rest.empty()) {
    return syntax(std::string(directive) + ": there is something after its value");
  }
  if (equals_ignoring_case(directive, "$ORIGIN")) {
    const auto name = name_from_zone_file(value, origin_);
    if (!name) {
      return Error{name.error().code, "$ORIGIN: " + name.error().detail};
    }
    origin_ = *name;
    return {};
  }
  if (equals_ignoring_case(directive, "$TTL")) {
    const auto ttl = read_ttl(value);
    if (!ttl || !*ttl) {
      return Error{Errc::bad_value, "$TTL: not a TTL: " + std::string(value)};
    }
    default_ttl_ = **ttl;
    return {};
  }
  return syntax(std::string(directive) + ": this directive is not supported");
}

Result<Name> ZoneFileReader::owner_of(const Entry& entry, std::string_view word) const {
  if (blanks.find(entry.text.front()) == std::string_view::npos) {
    return name_from_zone_file(word, origin_);
  }
  if (!last_owner_) {
    return syntax("the first record has no owner");
  }
  return *last_owner_;
}

Result<ZoneFileRecord> ZoneFileReader::to_record(const Entry& entry) {
  std::string_view rest = entry.text;
  const bool same_owner = blanks.find(rest.front()) != std::string_view::npos;
  rest.remove_prefix(same_owner ? rest.find_first_not_of(blanks) : 0);
  const auto owner = owner_of(entry, same_owner ? std::string_view() : take_word(rest));
  if (!owner) {
    return Error{owner.error().code, "owner: " + owner.error().detail};
  }

  // RFC 1035 §5.1: [TTL] [class] type or [class] [TTL] type.
  std::optional<Ttl> ttl;
  bool has_class = false;
  auto word = take_word(rest);
  for (;; word = take_word(rest)) {
    if (!has_class && equals_ignoring_case(word, "IN")) {
      has_class = true;
    } else if (const auto read = ttl ? std::nullopt : read_ttl(word)) {
      if (!*read) {
        return Error{Errc::bad_value, "TTL: " + read->error().detail};
      }
      ttl = **read;
    } else {
      break;
    }
  }
  if (is_other_class(word)) {
    return syntax("class " + std::string(word) + ": only IN is supported");
  }
  const auto type = RRType::from_text(word);
  if (!type) {
    return type.error();
  }
  ttl = ttl ? ttl : default_ttl_ ? default_ttl_ : last_ttl_;
  if (!ttl) {
    return syntax("the record has no TTL, and there was no $TTL");
  }
  auto rdata = rdata_from_zone_file(*type, rest, origin_);
  if (!rdata) {
    return rdata.error();
  }
  last_owner_ = *owner;
  last_ttl_ = ttl;
  return ZoneFileRecord{*owner, *type, *ttl, std::move(*rdata), entry.line};
}

Error ZoneFileReader::at(std::size_t line, const Error& error) const {
  return {error.code, "line " + std::to_string(line) + ": " + error.detail};
}

}  // namespace minidns::dns
