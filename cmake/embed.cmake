# Writes FILES as C string constants into OUT. A string literal may hold 4095 characters in C11,
# so each file becomes an array of bytes.
file(WRITE ${OUT}.tmp "/* Generated from the .sql files of this room. */\n")
foreach(path ${FILES})
  get_filename_component(name ${path} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} id)
  file(READ ${path} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  file(APPEND ${OUT}.tmp "static const char sql_${id}[] = {${bytes}0};\n")
endforeach()
file(RENAME ${OUT}.tmp ${OUT})
