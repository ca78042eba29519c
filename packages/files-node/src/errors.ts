import { defineErrors, didYouMean, quote } from "@vitrine/core";

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Every message about files and folders. */
export const fileError = defineErrors({
  "file-missing": (f: { path: string; beside: readonly string[] }) => {
    const near = didYouMean(f.path.split(/[\\/]/).at(-1) ?? "", f.beside);
    return { message: `There is no file ${quote(f.path)}.`, hint: near ?? "Check the path; it is relative to the folder that the command runs in." };
  },
  "file-not-regular": (f: { path: string; is: string }) => ({ message: `${quote(f.path)} is ${f.is}, and a file was expected.`, hint: "Name the file itself." }),
  "file-unreadable": (f: { path: string; why: string }) => ({ message: `${quote(f.path)} cannot be read: ${f.why}.`, hint: "Check its permissions, and the disk." }),
  "file-too-large": (f: { path: string; bytes: number; most: number }) => ({ message: `${quote(f.path)} has ${gib(f.bytes)}; at most ${gib(f.most)} are read.`, hint: "Keep large weights in external data files of smaller size." }),
  "output-unwritable": (f: { folder: string; why: string }) => ({ message: `Nothing can be written to the folder ${quote(f.folder)}: ${f.why}.`, hint: "Give another folder, one that you may write to." }),
  "write-failed": (f: { file: string; folder: string; why: string }) => ({ message: `${quote(f.file)} could not be written to ${quote(f.folder)}: ${f.why}.`, hint: "No half-written file was left; make room or give another folder, and run again." }),
  "report-missing": (f: { folder: string }) => ({ message: `${quote(f.folder)} holds no findings.json.`, hint: "A run writes it last: where it is missing, the run did not end." }),
  "report-invalid": (f: { file: string; at: string; why: string }) => ({ message: `${quote(f.file)} cannot be read as findings: ${f.at === "" ? "" : `${quote(f.at)} `}${f.why}.`, hint: "Write it again with the command that made it." }),
  "inputs-none": (f: { pattern: string; why: string; near: string | undefined }) => ({ message: `${quote(f.pattern)} gives no inputs: ${f.why}.`, hint: f.near ?? "Give files, a folder, or a glob in quotation marks: 'photos/**/*.jpg'." }),
  "inputs-many": (f: { pattern: string; most: number }) => ({ message: `${quote(f.pattern)} gives more than ${f.most.toLocaleString("en")} files.`, hint: "Give a narrower pattern." }),
});

/** What the system says of a failed call, in words. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (error instanceof Error ? error.message.replace(/\s+/g, " ").replace(/\.$/, "") : String(error));
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "it is a file",
  EISDIR: "a folder of that name is in the way",
  ERR_FS_EISDIR: "a folder of that name is in the way",
  ENOTEMPTY: "a folder of that name is in the way",
  ENOENT: "it is not there",
  ENAMETOOLONG: "the path is too long",
  ELOOP: "it is a link to itself",
  EMFILE: "too many files are open",
  EIO: "the disk reports an error",
  ERR_INVALID_ARG_VALUE: "the path is not valid",
};

export const codeOf = (error: unknown): string | undefined => (error instanceof Error && "code" in error ? String(error.code) : undefined);
