-- CreateTable
CREATE TABLE "Text" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "value" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Erasure" (
    "kind" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,

    PRIMARY KEY ("kind", "subjectId")
);

-- CreateIndex
CREATE INDEX "MessageReadStatus_userId_idx" ON "MessageReadStatus"("userId");

-- Written by hand from here to "DatabaseInfo": texts move to a table of their own. The translations step aside first,
-- or they would go with the old messages; the memory begins anew.
CREATE TABLE "old_MessageTranslation" AS SELECT * FROM "MessageTranslation";
DROP TABLE "MessageTranslation";
INSERT INTO "Text" ("id", "value") SELECT rowid, "content" FROM "Message";

-- RedefineTables
CREATE TABLE "new_Message" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "conversationId" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "senderId" TEXT NOT NULL,
    "clientMessageId" TEXT NOT NULL,
    "contentHash" TEXT NOT NULL,
    "textId" INTEGER NOT NULL,
    "messageType" TEXT NOT NULL DEFAULT 'text',
    "originalLanguage" TEXT NOT NULL,
    "languageSource" TEXT NOT NULL,
    "replyToId" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "editedAt" DATETIME,
    "deletedAt" DATETIME
);
INSERT INTO "new_Message" ("clientMessageId", "contentHash", "conversationId", "createdAt", "deletedAt", "editedAt", "id", "languageSource", "messageType", "originalLanguage", "replyToId", "revision", "senderId", "seq", "textId") SELECT "clientMessageId", "contentHash", "conversationId", "createdAt", "deletedAt", "editedAt", "id", "languageSource", "messageType", "originalLanguage", "replyToId", "revision", "senderId", "seq", rowid FROM "Message";
DROP TABLE "Message";
ALTER TABLE "new_Message" RENAME TO "Message";
CREATE UNIQUE INDEX "Message_conversationId_seq_key" ON "Message"("conversationId", "seq");
CREATE UNIQUE INDEX "Message_senderId_clientMessageId_key" ON "Message"("senderId", "clientMessageId");
CREATE TABLE "MessageTranslation" (
    "messageId" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "reason" TEXT,
    "retriable" BOOLEAN NOT NULL DEFAULT false,
    "textId" INTEGER,
    "model" TEXT,
    "confidence" REAL,
    "cached" BOOLEAN NOT NULL DEFAULT false,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "priority" INTEGER NOT NULL DEFAULT 1,
    "requestedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("messageId", "language"),
    CONSTRAINT "MessageTranslation_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "Text" ("id", "value") SELECT (SELECT coalesce(max("textId"), 0) FROM "Message") + rowid, "text" FROM "old_MessageTranslation" WHERE "text" IS NOT NULL;
INSERT INTO "MessageTranslation" ("attempts", "cached", "confidence", "language", "messageId", "model", "reason", "revision", "status", "updatedAt", "requestedAt", "textId") SELECT "attempts", "cached", "confidence", "language", "messageId", "model", "reason", "revision", "status", "updatedAt", strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), CASE WHEN "text" IS NOT NULL THEN (SELECT coalesce(max("textId"), 0) FROM "Message") + rowid END FROM "old_MessageTranslation";
DROP TABLE "old_MessageTranslation";
CREATE INDEX "MessageTranslation_status_priority_requestedAt_idx" ON "MessageTranslation"("status", "priority", "requestedAt");
CREATE INDEX "MessageTranslation_textId_idx" ON "MessageTranslation"("textId");
DROP TABLE "TranslationMemory";
CREATE TABLE "TranslationMemory" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "source" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "textId" INTEGER NOT NULL,
    "model" TEXT NOT NULL,
    "confidence" REAL NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" DATETIME NOT NULL
);
CREATE INDEX "TranslationMemory_expiresAt_idx" ON "TranslationMemory"("expiresAt");
CREATE INDEX "TranslationMemory_textId_idx" ON "TranslationMemory"("textId");
CREATE TABLE "new_DatabaseInfo" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "epoch" TEXT NOT NULL,
    "contentKey" TEXT NOT NULL,
    "eventsRemovedTo" INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "new_DatabaseInfo" ("contentKey", "epoch", "id") SELECT "contentKey", "epoch", "id" FROM "DatabaseInfo";
DROP TABLE "DatabaseInfo";
ALTER TABLE "new_DatabaseInfo" RENAME TO "DatabaseInfo";
